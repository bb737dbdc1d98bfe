package dev.kiln.faults.load;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The answers that clients got: acknowledged starts and cancels, and refusals. */
public final class Ledger {

    private final Queue<String> started = new ConcurrentLinkedQueue<>();
    private final Map<String, Recipe> recipes = new ConcurrentHashMap<>();
    private final Set<String> cancelsAsked = ConcurrentHashMap.newKeySet();
    private final Set<String> cancelsAccepted = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> refusals = new ConcurrentHashMap<>();
    private final Set<String> doubtful = ConcurrentHashMap.newKeySet();
    private final Queue<String> unanswered = new ConcurrentLinkedQueue<>();

    void started(String execution) {
        started.add(execution);
    }

    /** Every execution whose start was acknowledged, the oldest first. */
    public List<String> started() {
        return List.copyOf(started);
    }

    void made(String template, Recipe recipe) {
        recipes.put(template, recipe);
    }

    /** The recipes, by template id. */
    public Map<String, Recipe> recipes() {
        return Map.copyOf(recipes);
    }

    void cancelAsked(String execution) {
        cancelsAsked.add(execution);
    }

    void cancelAccepted(String execution) {
        cancelsAccepted.add(execution);
    }

    /** Whether a cancel was requested, whatever the answer. */
    public boolean wasCancelAsked(String execution) {
        return cancelsAsked.contains(execution);
    }

    /** The executions whose cancel was acknowledged. */
    public Set<String> cancelsAccepted() {
        return Set.copyOf(cancelsAccepted);
    }

    void refused(String code) {
        refusals.merge(code, 1, Integer::sum);
    }

    /** The number of refusals by error code. */
    public Map<String, Integer> refusals() {
        return Map.copyOf(refusals);
    }

    void doubtful(String token) {
        doubtful.add(token);
    }

    /** The client tokens of starts that were not acknowledged but may have arrived. */
    public Set<String> doubtful() {
        return Set.copyOf(doubtful);
    }

    void unanswered(String request) {
        unanswered.add(request);
    }

    /** Requests that no API answered, although they were repeated for a long time. */
    public List<String> unanswered() {
        return List.copyOf(unanswered);
    }
}
