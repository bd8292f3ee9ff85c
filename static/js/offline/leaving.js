// Once its person has signed out, a browser keeps nothing of them: no track.

import { forgetAll, possible } from "./kept.js";

const SIGN = "signed_out";

/** Forget everything if somebody signed out here; a session that only ran out changes nothing. */
export async function forgetWhoLeft() {
  if (!document.cookie.split("; ").includes(`${SIGN}=1`)) return;
  if (possible) await forgetAll();
  // Last: what is cut short is done on the next page.
  document.cookie = `${SIGN}=; path=/; max-age=0`;
}
