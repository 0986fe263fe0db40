// Times in the reader's own zone. Without it they stand in UTC, and say so.
"use strict";

(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const two = (number) => String(number).padStart(2, "0");

  const local = (at) =>
    `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ` +
    `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;

  globalThis.localiseTimes = (root) => {
    for (const time of root.querySelectorAll("time[datetime]:not([title])")) {
      time.title = time.textContent;
      time.textContent = local(new Date(time.dateTime));
    }
  };

  localiseTimes(document);

  const field = document.querySelector("input[data-time-zone]");
  const given = document.querySelector('input[type="datetime-local"]')?.defaultValue; // a time of that zone
  if (field && zone && !given && field.value === field.defaultValue && field.value === "UTC") field.value = zone;
})();
