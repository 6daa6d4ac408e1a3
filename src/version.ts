/** konkyo's version, as in package.json (a test says so): read from there it would not be had in a browser. */
export const version = '0.1.0';
