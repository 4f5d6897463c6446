// Runs before anything is drawn: a page that is "like the device" is dark when the device is.
const page = document.documentElement;
if (page.dataset.theme === "auto") {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => (page.dataset.bsTheme = dark.matches ? "dark" : "light");
  dark.addEventListener("change", follow);
  follow();
}
