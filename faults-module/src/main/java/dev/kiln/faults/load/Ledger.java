package dev.kiln.faults.load;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What the clients were told: the starts and cancels that were acknowledged, and what was refused. */
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

    /** The recipes by the templates' ids. */
    public Map<String, Recipe> recipes() {
        return Map.copyOf(recipes);
    }

    void cancelAsked(String execution) {
        cancelsAsked.add(execution);
    }

    void cancelAccepted(String execution) {
        cancelsAccepted.add(execution);
    }

    /** Whether anybody asked for a cancel, with whatever answer. */
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

    /** How often each code was the answer. */
    public Map<String, Integer> refusals() {
        return Map.copyOf(refusals);
    }

    void doubtful(String token) {
        doubtful.add(token);
    }

    /** The client tokens of starts that were not acknowledged, of which a try may have been heard all the same. */
    public Set<String> doubtful() {
        return Set.copyOf(doubtful);
    }

    void unanswered(String request) {
        unanswered.add(request);
    }

    /** Requests that no API answered although they were repeated for long. */
    public List<String> unanswered() {
        return List.copyOf(unanswered);
    }
}
