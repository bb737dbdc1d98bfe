package dev.kiln.bench.orchestration;

import dev.kiln.bench.peer.Contender;
import dev.kiln.bench.system.DatabaseServer.Database;

/** Creates a contender on its own database. */
interface Entrant {

    Contender on(Database database) throws Exception;
}
