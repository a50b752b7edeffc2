package peers;

/** What the runner tells a peer. */
public final class Job {
    public static final String BROKER = told("BROKER");
    public static final String EXPOSURES = told("EXPOSURES");
    public static final String CONVERSIONS = told("CONVERSIONS");
    public static final String OUTPUT = told("OUTPUT");
    public static final String ID = told("ID");
    public static final String STATE = told("STATE");
    public static final String GUARANTEE = told("GUARANTEE");
    public static final long WINDOW = Long.parseLong(told("WINDOW"));
    public static final int SESSION_MS = Integer.parseInt(told("SESSION_MS"));
    public static final int CHECKPOINT_MS = Integer.parseInt(told("CHECKPOINT_MS"));

    private Job() {}

    private static String told(String name) {
        return System.getenv().getOrDefault("PEER_" + name, "0");
    }
}
