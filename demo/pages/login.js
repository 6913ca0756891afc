// Goes on where the component says that it is over. Its word decides nothing: /welcome asks Jawort.
document.querySelector("jawort-wait").addEventListener("jawort-end", (e) => {
  if (e.detail.status === "approved") location.assign("/welcome");
});
