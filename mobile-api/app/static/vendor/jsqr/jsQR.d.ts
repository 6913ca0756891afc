// As a module it exports nothing, and leaves its one function at window.jsQR.
export {};
