// A file may be dropped on a form instead of being chosen in it.
for (const form of document.querySelectorAll("[data-drop]")) {
  const chosen = form.querySelector("input[type=file]");
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    chosen.files = event.dataTransfer.files;
    form.submit();
  });
}
