/** The WebSocket from the simulated Slack, which reconnects by itself. */

const FIRST_WAIT_MS = 300;
const MAX_WAIT_MS = 5000;

/**
 * Keeps /_page/socket open. Calls `onFrame(frame)` for each frame, and `onState(isConnected)` when that changes.
 * After a reconnect the server sends the whole world again, so nothing is missed.
 */
export function keepConnected(onFrame, onState) {
  let wait = FIRST_WAIT_MS;
  const connect = () => {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/_page/socket`);
    socket.addEventListener("open", () => {
      wait = FIRST_WAIT_MS;
      onState(true);
    });
    socket.addEventListener("message", (event) => onFrame(JSON.parse(event.data)));
    socket.addEventListener("close", () => {
      onState(false);
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, MAX_WAIT_MS);
    });
  };
  connect();
}
