// Every sound that can lie under the words. A recording of one's own is not among them.

import { Noise } from "./noise.js";

export const BEDS = { noise: Noise };
