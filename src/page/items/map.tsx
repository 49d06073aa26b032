import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Camera, findPlace, panCamera, type Size, zoomCamera } from './camera.ts';
import { drawMap, type Scene } from './draw-map.ts';
import { pickItems } from './pick-items.ts';

interface MapProps extends Omit<Scene, 'size' | 'ratio'> {
  readonly size: Size;
  /** In words, for who does not see it. */
  readonly description: string;
  readonly onResize: (size: Size) => void;
  readonly onMove: (camera: Camera) => void;
  readonly onFit: () => void;
  /** What lies under the pointer, the smallest first. */
  readonly onPoint: (found: readonly number[]) => void;
  readonly onChoose: (found: readonly number[]) => void;
}

/** Pixels that a finger may miss by, and that a click may move. */
const NEAR = 4;

export function FootprintMap(props: MapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const now = useRef(props);
  now.current = props;
  useSize(canvas, props.onResize);
  useRedraw(canvas, props);
  useWheel(canvas, now);
  const gestures = useGestures(now);
  const zoom = (factor: number) => props.onMove(zoomCamera(props.camera, props.size, factor));
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] }[event.key];
    if (step !== undefined) props.onMove(panCamera(props.camera, props.size, step[0] ?? 0, step[1] ?? 0));
    else if (event.key === '+' || event.key === '=') zoom(1.5);
    else if (event.key === '-') zoom(1 / 1.5);
    else if (event.key === '0') props.onFit();
    else return;
    event.preventDefault();
  };
  return (
    <div class="map">
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: its keys are its own, whatever a screen reader makes of a canvas */}
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label={props.description}
        onKeyDown={onKeyDown}
        {...gestures}
      />
      <div class="map-buttons">
        <button type="button" aria-label="Zoom in" onClick={() => zoom(1.5)}>
          +
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => zoom(1 / 1.5)}>
          −
        </button>
        <button type="button" onClick={props.onFit}>
          Fit
        </button>
      </div>
    </div>
  );
}

function useSize(canvas: RefObject<HTMLCanvasElement | null>, onResize: (size: Size) => void): void {
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const measure = () =>
      onResize({ width: Math.max(1, element.clientWidth), height: Math.max(1, element.clientHeight) });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
}

/** Once a frame at most, whatever changed. What was drawn stands on the element, for who tests it. */
function useRedraw(canvas: RefObject<HTMLCanvasElement | null>, scene: Omit<Scene, 'ratio'>): void {
  const { items, isShown, colours, palette, camera, size, marked } = scene;
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const element = canvas.current;
      if (element === null) return;
      const ratio = Math.min(2, devicePixelRatio || 1);
      const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
      if (element.width !== width) element.width = width;
      if (element.height !== height) element.height = height;
      const drawn = drawMap(element, { items, isShown, colours, palette, camera, size, marked, ratio });
      element.dataset['drawn'] = String(drawn);
    });
    return () => cancelAnimationFrame(frame);
  }, [items, isShown, colours, palette, camera, size, marked]);
}

/** A listener of its own: only one that is not passive keeps the page from scrolling as well. */
function useWheel(canvas: RefObject<HTMLCanvasElement | null>, now: { readonly current: MapProps }): void {
  useEffect(() => {
    const element = canvas.current;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const factor = Math.exp(-Math.max(-120, Math.min(120, event.deltaY)) / 300);
      now.current.onMove(zoomCamera(now.current.camera, now.current.size, factor, event.offsetX, event.offsetY));
    };
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, []);
}

interface Finger {
  readonly x: number;
  readonly y: number;
}

/** One finger, or the mouse's button, pans; two zoom; what hardly moves is a click. */
function useGestures(now: { readonly current: MapProps }) {
  const [fingers] = useState(() => new Map<number, Finger>());
  const moved = useRef(0);
  const find = ({ offsetX, offsetY }: PointerEvent): readonly number[] => {
    const { camera, size, items, isShown } = now.current;
    return pickItems(items, isShown, findPlace(camera, size, offsetX, offsetY), NEAR / camera.scale);
  };
  const onPointerMove = (event: PointerEvent) => {
    const before = fingers.get(event.pointerId);
    const { camera, size, onMove, onPoint } = now.current;
    if (before === undefined) return onPoint(find(event));
    const after = { x: event.offsetX, y: event.offsetY };
    fingers.set(event.pointerId, after);
    moved.current += Math.hypot(after.x - before.x, after.y - before.y);
    if (moved.current < NEAR) return;
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other === undefined) return onMove(panCamera(camera, size, after.x - before.x, after.y - before.y));
    const factor =
      Math.hypot(after.x - other.x, after.y - other.y) / Math.hypot(before.x - other.x, before.y - other.y);
    if (Number.isFinite(factor)) onMove(zoomCamera(camera, size, factor, other.x, other.y));
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      if (fingers.size === 0) moved.current = 0;
      fingers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    },
    onPointerMove,
    onPointerUp: (event: PointerEvent) => {
      fingers.delete(event.pointerId);
      if (fingers.size === 0 && moved.current < NEAR) now.current.onChoose(find(event));
    },
    onPointerCancel: (event: PointerEvent) => void fingers.delete(event.pointerId),
    onPointerLeave: () => now.current.onPoint([]),
  };
}
