// Keeps a page as things are: the server tells each part that looks different, whole, and htmx puts it in.
(() => {
  "use strict";
  const root = document.querySelector("[data-live]");
  const line = document.getElementById("line");
  if (!root || !window.EventSource || !window.htmx) return;
  let pause = 500;
  let source;

  const put = (event) => {
    const part = root.querySelector('[data-part="' + event.type + '"]');
    if (!part) return;
    const log = part.querySelector(".lines");
    const atEnd = !log || log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    const top = log ? log.scrollTop : 0;
    htmx.swap(part, event.data, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
    const fresh = part.querySelector(".lines");
    if (fresh) fresh.scrollTop = atEnd ? fresh.scrollHeight : top;
  };

  const again = () => {
    source.close();
    line.hidden = false;
    setTimeout(asked, pause);
    pause = Math.min(pause * 2, 5000);
  };

  // Whoever has been signed out meanwhile is led to the page to sign in.
  const asked = () => {
    fetch(location.href, { redirect: "manual", cache: "no-store" })
      .then((answer) => (answer.type === "opaqueredirect" ? location.reload() : connect()))
      .catch(again);
  };

  const connect = () => {
    source = new EventSource(root.dataset.live);
    source.onopen = () => {
      pause = 500;
      line.hidden = true;
    };
    source.onerror = again;
    root.querySelectorAll("[data-part]").forEach((part) => source.addEventListener(part.dataset.part, put));
  };

  document.querySelectorAll(".lines").forEach((log) => (log.scrollTop = log.scrollHeight));
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && connect());
  connect();
})();
