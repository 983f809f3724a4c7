// Several amounts of one whole, by typing or by dragging, and what is left of it: in minor units, as the server counts.
// Without it the form works too.
(() => {
  const minor = (said, decimals) => {
    const plain = said.replace(/[,,\s]/g, "");
    const found = plain.match(/^(\d{1,20})(?:\.(\d{1,18}))?$/);
    if (!found || (found[2] ?? "").length > decimals) return null;
    return BigInt(found[1] + (found[2] ?? "").padEnd(decimals, "0"));
  };
  const written = (amount, decimals, comma = ",") => {
    const digits = String(amount < 0n ? -amount : amount).padStart(decimals + 1, "0");
    const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, comma);
    return (amount < 0n ? "−" : "") + whole + (decimals ? "." + digits.slice(-decimals) : "");
  };
  for (const place of document.querySelectorAll("[data-payees]")) {
    const decimals = Number(place.dataset.decimals), whole = BigInt(place.dataset.whole), unit = 10n ** BigInt(decimals);
    const said = place.querySelector("[data-left]"), amounts = [...place.querySelectorAll("[inputmode=decimal]")];
    const shares = [...place.querySelectorAll("[type=range]")], parts = BigInt(shares[0].max);
    const left = () => amounts.reduce((rest, input) => rest - (minor(input.value, decimals) ?? 0n), whole);
    const show = (dragged) => {
      shares.forEach((share, row) => {
        const part = ((minor(amounts[row].value, decimals) ?? 0n) * parts) / (whole || 1n);
        if (share !== dragged) share.value = String(part > parts ? parts : part);
        share.setAttribute("aria-valuetext", amounts[row].value || "0");
      });
      said.classList.toggle("text-danger", left() < 0n);
      said.querySelector("output").textContent = written(left(), decimals);
    };
    const drag = (share) => {
      const amount = amounts[shares.indexOf(share)];
      const most = left() + (minor(amount.value, decimals) ?? 0n), wanted = (whole * BigInt(share.value)) / parts;
      const even = wanted - (wanted % unit); // no odd fen while dragging, unless it is all that is left
      amount.value = wanted >= most ? (most > 0n ? written(most, decimals, "") : "") : even > 0n ? written(even, decimals, "") : "";
    };
    place.addEventListener("input", ({ target }) => { if (shares.includes(target)) drag(target); show(target); });
    place.addEventListener("change", () => show());
    for (const share of shares) share.parentElement.hidden = false;
    said.hidden = false;
    show();
  }
})();
