// Before anything is painted: light or dark, as the reader chose or the system has it.
(() => {
  const chosen = localStorage.getItem("feiqian-theme");
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
})();
