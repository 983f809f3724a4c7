// The few things that a page cannot do by itself: the theme, and the wallet of the browser (EIP-1193, EIP-4361).
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
