// Every sound that can lie under the words. A recording of one's own is not among them: it is
// silent in the preview.

import { Bowls } from "./bowls.js";
import { Drone } from "./drone.js";
import { Fire } from "./fire.js";
import { Noise } from "./noise.js";
import { Ocean } from "./ocean.js";
import { Rain } from "./rain.js";
import { Stream } from "./stream.js";
import { Wind } from "./wind.js";

export const BEDS = {
  bowls: Bowls,
  drone: Drone,
  fire: Fire,
  noise: Noise,
  ocean: Ocean,
  rain: Rain,
  stream: Stream,
  wind: Wind,
};
