// Before the first paint, so that a dark window never flashes white. A file of its own: the page's policy allows no inline script.
try {
  const theme = localStorage.getItem('skein/theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Without storage the window looks like the system.
}
