// On every page: starts the service worker, and sees that kept tracks stay with who kept them.

import { belongTo, possible } from "./kept.js";
import { forgetWhoLeft } from "./leaving.js";

const { worker, person } = document.getElementById("offline").dataset;
if (possible) {
  // After a page's own work; without a network it has nothing to do here.
  addEventListener("load", () => navigator.serviceWorker.register(worker).catch(() => {}));
}
await forgetWhoLeft();
// While nobody is signed in they wait: a session runs out, and the same person comes back.
if (possible && person) await belongTo(person);
