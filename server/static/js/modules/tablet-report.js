import { freshKey, getJson } from "../api.js";
import { hear, page, say, tell } from "../page.js";

/**
 * "Report here": the device's position, a category, a few words. What is sent goes through the queue.
 *
 * Hears `tablet:view`, `tablet:picked`, `tablet:sent`, `tablet:refused`; tells `tablet:pick` and `tablet:send`.
 * Children: `[data-where]`, `[data-accuracy]`, `[data-locate]`, `[data-on-map]`, `[data-problem]`, `[data-done]`.
 * @param {HTMLFormElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  let [place, hasAsked] = [null, false];

  function complain(words) {
    part("problem").textContent = words;
    part("problem").hidden = !words;
    if (words) part("problem").scrollIntoView({ block: "nearest" });
  }

  async function stand(found) {
    place = found;
    part("accuracy").textContent = found.accuracy_m ? say("accuracy", { metres: Math.round(found.accuracy_m) }) : say("by_hand");
    part("where").textContent = say("located");
    try {
      const answer = await getJson(page.urls.locate, { lon: found.lon, lat: found.lat, accuracy_m: found.accuracy_m ?? "" });
      part("where").textContent = answer.cell ? answer.cell.name : say("no_cell");
    } catch { /* Without a connection the point itself is enough: the server locates it on arrival. */ }
  }

  function locate() {
    hasAsked = true;
    if (!navigator.geolocation) { complain(say("position_2")); return; }
    part("where").textContent = say("locating");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => stand({ lon: coords.longitude, lat: coords.latitude, accuracy_m: coords.accuracy }),
      (error) => { part("where").textContent = say("no_place"); part("accuracy").textContent = say(`position_${error.code}`); },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
    );
  }

  function missing(given) {
    if (!place) return say("need_place");
    if (!given.category) return say("need_category");
    return given.description?.trim() ? "" : say("need_description");
  }

  element.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(element));
    const lack = missing(given);
    complain(lack);
    part("done").hidden = true;
    if (lack) return;
    const body = { ...given, lon: place.lon, lat: place.lat, crs: "wgs84", happened_at: new Date().toISOString() };
    if (place.accuracy_m) body.accuracy_m = place.accuracy_m;
    if (!body.place_text) delete body.place_text;
    element.querySelector(".t-send").disabled = true;
    const title = element.querySelector("[name=category]:checked").parentElement.textContent.trim();
    tell("tablet:send", { key: freshKey(), title, body });
  });

  hear("tablet:sent", (issue) => {
    part("done-words").textContent = issue.holder
      ? say("sent_to", { number: issue.number, holder: issue.holder.name }) : say("sent", { number: issue.number });
    part("done").hidden = false;
    part("done").scrollIntoView({ block: "center" });
  });
  hear("tablet:settled", ({ isRefused, words }) => {
    element.querySelector(".t-send").disabled = false;
    complain(isRefused ? words : "");
    if (!isRefused) element.reset();
  });
  hear("tablet:picked", (found) => stand({ ...found, accuracy_m: null }));
  hear("tablet:view", (view) => { if (view === "report" && !hasAsked) locate(); });
  if (location.hash === "#report") locate();
  part("locate").addEventListener("click", locate);
  part("on-map").addEventListener("click", () => { hasAsked = true; tell("tablet:pick"); });
}
