/** Sounds made on the spot, no file: one soft two-note ring, one short tick. */
import { preferences, useKept } from '../persist/keep';

const RING_EVERY_MS = 2_600;
const VOLUME_DEFAULT = 0.5;
const LOUDEST = 0.25;

let context: AudioContext | undefined;

export const useVolume = () => useKept(preferences, 'volume', VOLUME_DEFAULT);
export const volumeNow = (): number => preferences.get('volume', VOLUME_DEFAULT);

/** A browser lets a page sound only after it was touched once. */
function audio(): AudioContext | undefined {
  if (typeof AudioContext === 'undefined') return undefined;
  context ??= new AudioContext();
  if (context.state === 'suspended') void context.resume();
  return context;
}

function note(frequency: number, afterS: number, lengthS: number, volume: number): void {
  const device = audio();
  if (device?.state !== 'running' || volume === 0) return;
  const start = device.currentTime + afterS;
  const gain = device.createGain();
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(volume * LOUDEST, start + 0.03);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + lengthS);
  const tone = device.createOscillator();
  tone.type = 'sine';
  tone.frequency.value = frequency;
  tone.connect(gain).connect(device.destination);
  tone.start(start);
  tone.stop(start + lengthS);
}

export function playRing(volume: number): void {
  note(659, 0, 0.7, volume);
  note(880, 0.22, 0.9, volume);
}

export const playTick = (volume: number): void => note(1175, 0, 0.12, volume * 0.7);

function ringUntil(signal: AbortSignal): void {
  const ring = () => playRing(volumeNow());
  ring();
  const timer = setInterval(ring, RING_EVERY_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
}

/** Rings until the returned function is called. Of several tabs only the one that holds the lock is heard. */
export function startRinging(): () => void {
  const stop = new AbortController();
  audio();
  // `locks` is missing on plain http: then every tab rings, and all still stop together.
  const locks = (navigator as { locks?: LockManager }).locks;
  if (!locks) ringUntil(stop.signal);
  else
    void locks
      .request('cc-ring', { signal: stop.signal }, async () => {
        ringUntil(stop.signal);
        await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
      })
      .catch(() => undefined);
  return () => stop.abort();
}
