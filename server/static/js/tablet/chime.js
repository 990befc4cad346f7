/** A short sound for new tasks; browsers allow it after the first touch of the page. */

const KEPT = "wangge.sound";
const NOTES = [[880, 0], [1174.66, 0.16]];
let audio = null;

/** Get ready to sound: with the first touch, as browsers want it. */
export function prepare() {
  const unlock = () => {
    audio ??= "AudioContext" in window ? new AudioContext() : null;
    audio?.resume();
  };
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, unlock, { capture: true, once: true });
}

/** Whether new tasks sound on this device. */
export function isOn() {
  return localStorage.getItem(KEPT) !== "off";
}

/** Switch the sound on or off on this device. */
export function turn(on) {
  localStorage.setItem(KEPT, on ? "on" : "off");
}

/** Sound, and buzz where the device can; gives whether it did. */
export function chime() {
  if (!isOn() || audio?.state !== "running") return false;
  for (const [hertz, after] of NOTES) {
    const [tone, volume, begin] = [audio.createOscillator(), audio.createGain(), audio.currentTime + after];
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0, begin);
    volume.gain.linearRampToValueAtTime(0.3, begin + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, begin + 0.35);
    tone.connect(volume).connect(audio.destination);
    tone.start(begin);
    tone.stop(begin + 0.4);
  }
  navigator.vibrate?.([120, 60, 120]);
  return true;
}
