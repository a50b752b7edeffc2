// The stream of what happens, kept open. After every (re)connection the whole state is read again, so nothing is missed.

const EVENTS = ["experiment", "point", "decision", "pipeline"];
const PATIENCE = 2000; // milliseconds before another attempt when the browser has given up

export function listen({ onOpen, onLost, onEvent }) {
  const source = new EventSource("/api/live");
  source.addEventListener("open", onOpen);
  source.addEventListener("error", () => {
    onLost();
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen({ onOpen, onLost, onEvent }), PATIENCE);
  });
  for (const name of EVENTS) source.addEventListener(name, (event) => onEvent(name, JSON.parse(event.data)));
}
