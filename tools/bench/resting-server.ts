/** Trama as `npm start` runs it, but that its simulated zones have all that rows say is stopped ({@link withResting}). */
import mysql from 'mysql2/promise';
import { withResting } from '#server/testing/resting-zone';
import { launchSimulated } from './launch-simulated';

const database = mysql.createPool({ uri: process.env['DATABASE_URL'] ?? '', connectionLimit: 1 });

await launchSimulated((simulator) => withResting(simulator, database));
