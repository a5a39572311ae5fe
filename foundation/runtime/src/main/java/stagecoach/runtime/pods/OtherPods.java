package stagecoach.runtime.pods;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Lets a pod of a service tell the others that it has committed something for them, and these hear
 * it. It saves time only: what is told may be lost, and whoever listens looks now and then by
 * himself.
 */
@Singleton
public class OtherPods {
    private static final Pattern SUBJECT = Pattern.compile("[a-z]+");

    private final List<Consumer<String>> carriers = new CopyOnWriteArrayList<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    private record Listener(String subject, Runnable heard) {}

    /**
     * Tells the other pods, once the commit is done.
     *
     * @param subject what about, in small letters
     */
    public void tell(String subject) {
        if (!SUBJECT.matcher(subject).matches()) {
            throw new IllegalArgumentException("a subject is written in small letters: " + subject);
        }
        carriers.forEach(carrier -> carrier.accept(subject));
    }

    /** Another pod has told of {@code subject}. */
    public void heard(String subject) {
        listeners.stream()
                .filter(listener -> listener.subject().equals(subject))
                .forEach(listener -> listener.heard().run());
    }

    /** Has {@code heard} run each time that another pod tells of {@code subject}; be quick. */
    public void onHeard(String subject, Runnable heard) {
        listeners.add(new Listener(subject, heard));
    }

    /** Has {@code carrier} bring what this pod tells to the others; it must be quick. */
    public void onTell(Consumer<String> carrier) {
        carriers.add(carrier);
    }
}
