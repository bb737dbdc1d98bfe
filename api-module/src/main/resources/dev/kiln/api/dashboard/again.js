// Asks for the same page once more, now from here. To load it anew keeps what stands behind #; another address would not.

if (location.hash && performance.getEntriesByType("navigation")[0]?.type !== "reload") {
  location.reload();
} else {
  location.replace(location.pathname + location.search);
}
