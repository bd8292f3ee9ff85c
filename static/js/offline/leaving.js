// Once its person has signed out, a browser keeps nothing of them: no track, no draft.

import { forgetAll, possible } from "./kept.js";

const SIGN = "signed_out";
const DRAFT = "entrain.draft.";

/** Forget everything if somebody signed out here; a session that only ran out changes nothing. */
export async function forgetWhoLeft() {
  if (!document.cookie.split("; ").includes(`${SIGN}=1`)) return;
  forgetDrafts();
  if (possible) await forgetAll();
  // Last: what is cut short is done on the next page.
  document.cookie = `${SIGN}=; path=/; max-age=0`;
}

function forgetDrafts() {
  // A browser that keeps nothing has nothing to forget.
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(DRAFT)) localStorage.removeItem(key);
    }
  } catch {}
}
