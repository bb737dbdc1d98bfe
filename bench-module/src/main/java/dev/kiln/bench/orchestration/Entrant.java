package dev.kiln.bench.orchestration;

import dev.kiln.bench.peer.Contender;
import dev.kiln.bench.system.DatabaseServer.Database;

/** How a contender is made on its own database. */
interface Entrant {

    Contender on(Database database) throws Exception;
}
