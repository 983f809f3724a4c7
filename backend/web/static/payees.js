// What is left of a whole while amounts are written: in minor units, as the server counts. Without it the form works too.
(() => {
  const minor = (said, decimals) => {
    const plain = said.replace(/[,,\s]/g, "");
    const found = plain.match(/^(\d{1,20})(?:\.(\d{1,18}))?$/);
    if (!found || (found[2] ?? "").length > decimals) return null;
    return BigInt(found[1] + (found[2] ?? "").padEnd(decimals, "0"));
  };
  const written = (amount, decimals) => {
    const digits = String(amount < 0n ? -amount : amount).padStart(decimals + 1, "0");
    const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ",");
    return (amount < 0n ? "−" : "") + whole + (decimals ? "." + digits.slice(-decimals) : "");
  };
  for (const place of document.querySelectorAll("[data-payees]")) {
    const decimals = Number(place.dataset.decimals), said = place.querySelector("[data-left]");
    const count = () => {
      let left = BigInt(place.dataset.whole);
      for (const input of place.querySelectorAll("input")) left -= minor(input.value, decimals) ?? 0n;
      said.hidden = false;
      said.classList.toggle("text-danger", left < 0n);
      said.querySelector("output").textContent = written(left, decimals);
    };
    place.addEventListener("input", count);
    count();
  }
})();
