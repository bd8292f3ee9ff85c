// What the server tells the studio: how choices become a spec, presets, bands and limits.
export const facts = JSON.parse(document.getElementById("studio-facts").textContent);

/** The band that a beat lies in: `[key, name, high_hz]`. */
export const bandAt = (hz) => facts.bands.find(([, , high]) => hz <= high);
