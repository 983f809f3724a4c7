// The few things that a page cannot do by itself: the theme, what happens on the chain, files that are dropped, and the
// wallet of the browser (EIP-1193, EIP-4361, EIP-712).
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-switch]")) return;
  const root = document.documentElement;
  const theme = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
  root.setAttribute("data-bs-theme", theme);
  localStorage.setItem("feiqian-theme", theme);
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-wallet]");
  if (!form || form.elements.signature.value) return;
  event.preventDefault();
  const say = (words) => { form.querySelector("[data-said]").textContent = words; };
  if (!window.ethereum) return say(form.dataset.none);
  try {
    const [account] = await window.ethereum.request({ method: "eth_requestAccounts" });
    const answer = await fetch("/api/v1/auth/nonces", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: "{}",
    });
    const asked = await answer.json();
    const now = Date.now();
    const at = (time) => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
    const message = [
      `${asked.domain} wants you to sign in with your Ethereum account:`, account, "", "Sign in to Feiqian.", "",
      `URI: ${asked.uri}`, "Version: 1", `Chain ID: ${asked.chainId}`, `Nonce: ${asked.nonce}`,
      `Issued At: ${at(now)}`, `Expiration Time: ${at(now + 12 * 3600 * 1000)}`,
    ].join("\n");
    form.elements.message.value = message;
    form.elements.signature.value = await window.ethereum.request({ method: "personal_sign", params: [message, account] });
    form.submit();
  } catch {
    say(form.dataset.refused);
  }
});

// ---- live: whatever stands in [data-live-part] is fetched again when something happened; a "chain" event tells scripts.
(() => {
  const feed = document.body.dataset.feed;
  if (feed === undefined) return;
  const sign = document.querySelector("[data-connection]");
  let source = null, last = feed, due = null, wasLost = false;
  const say = (words) => { if (sign && sign.textContent !== words) sign.textContent = words; };
  const refresh = () => { due ??= setTimeout(() => { due = null; htmx.trigger(document.body, "chain"); }, 150); };
  const hear = (event) => {
    last = event.lastEventId;
    document.dispatchEvent(new CustomEvent("feiqian:" + event.type, { detail: { id: last, data: JSON.parse(event.data) } }));
    refresh();
  };
  const open = () => {
    source = new EventSource("/live?after=" + encodeURIComponent(last));
    source.addEventListener("open", () => { say(sign.dataset.live); if (wasLost) refresh(); wasLost = false; });
    source.addEventListener("event", hear);
    source.addEventListener("retraction", hear);
    source.addEventListener("error", () => {
      wasLost = true;
      say(sign.dataset.lost);
      if (source.readyState === EventSource.CLOSED) { source = null; setTimeout(() => { if (!source) open(); }, 2000); }
    });
  };
  // A browser has six connections to a server: tabs that nobody looks at give theirs back.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { source?.close(); source = null; wasLost = true; } else if (!source) open();
  });
  open();
})();

// ---- a file may be dropped where one may be chosen
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const place = event.target.closest?.("form")?.querySelector("input[type=file][data-drop]");
    if (!place) return;
    event.preventDefault();
    place.classList.toggle("drop", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) {
      place.files = event.dataTransfer.files;
      place.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}

// ---- what the keystore has no key for is signed, or sent, by the reader's own wallet
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-sign]");
  if (!form || form.elements.signature?.value) return;
  event.preventDefault();
  const say = (words) => { form.querySelector("[data-said]").textContent = words; };
  if (!window.ethereum) return say(form.dataset.none);
  const given = JSON.parse(form.dataset.document);
  try {
    const [account] = await window.ethereum.request({ method: "eth_requestAccounts" });
    if (form.dataset.kind === "document") {
      const params = [account, JSON.stringify(given)];
      form.elements.signature.value = await window.ethereum.request({ method: "eth_signTypedData_v4", params });
      form.submit();
    } else {
      const params = [{ ...given, from: account }];
      const hash = await window.ethereum.request({ method: "eth_sendTransaction", params });
      location.assign("/explorer/transactions/" + hash);
    }
  } catch {
    say(form.dataset.refused);
  }
});
