/**
 * zod asks whether it may compile code, which the content security policy refuses and reports. This is where zod keeps its
 * settings; set before any schema is made, and without loading zod earlier than a page needs it.
 */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
