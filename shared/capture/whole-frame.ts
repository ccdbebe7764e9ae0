/** What a capture takes of each frame unless it is told otherwise: all that Ethernet has. Free of zod, which the command line does without. */
export const wholeFrame = 65_535;
