// Follows one mail until its last state. Without it the page loads itself anew.
// It asks in growing steps, quicker again when something happened, and not at all while hidden.
"use strict";

(() => {
  const box = document.getElementById("progress");
  const QUICK = 300;
  const CALM = 3000; // while the mail is young
  const SLOW = 15000; // when nothing happened for a minute
  const YOUNG = 60000;
  let wait = QUICK;
  let changedAt = performance.now();
  let timer = 0;

  // Only what differs is replaced, so that focus stays and a screen reader hears the news alone.
  const renew = (id, fresh) => {
    const old = document.getElementById(id);
    const next = fresh.querySelector(`#${id}`);
    if (old.innerHTML === next.innerHTML) return false;
    old.replaceChildren(...next.childNodes);
    return true;
  };

  const show = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("progress");
    globalThis.localiseTimes?.(fresh);
    const news = [renew("words", fresh), renew("way", fresh)].includes(true);
    box.dataset.state = fresh.dataset.state;
    if ("final" in fresh.dataset) box.dataset.final = "";
    if (news) {
      wait = QUICK;
      changedAt = performance.now();
    }
  };

  const look = async () => {
    try {
      const answer = await fetch(box.dataset.url);
      if (answer.ok) show(await answer.text());
      if (answer.status === 404) return; // deleted meanwhile
    } catch {
      wait = CALM; // the server is away for a moment
    }
    plan();
  };

  const plan = () => {
    clearTimeout(timer);
    if ("final" in box.dataset || document.hidden) return;
    wait = Math.min(wait * 1.25, performance.now() - changedAt < YOUNG ? CALM : SLOW);
    timer = setTimeout(look, wait);
  };

  document.addEventListener("visibilitychange", () => {
    wait = QUICK;
    plan();
  });
  plan();
})();
