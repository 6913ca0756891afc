// Command proof repeats, unattended, all that Jawort claims of itself: how fast it is, that nothing is lost under load and faults, that
// attacks and hostile input come to nothing, and that these very checks notice a Jawort that is broken on purpose. It writes what
// came of it as a page and as JSON, and fails where anything did not hold.
//
// It owns the order of the steps and the report. What is measured and checked lies with the steps: jawort bench, package attack,
// the fuzz targets, and the patches in broken/.
package main
