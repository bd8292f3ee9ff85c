// On every page: starts the service worker, and sees that kept tracks stay with who kept them.

import { belongTo, possible } from "./kept.js";

const { worker, person } = document.getElementById("offline").dataset;
if (possible) {
  // After a page's own work; without a network it has nothing to do here.
  addEventListener("load", () => navigator.serviceWorker.register(worker).catch(() => {}));
  belongTo(person);
}
