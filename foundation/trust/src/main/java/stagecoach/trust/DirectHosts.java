package stagecoach.trust;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which servers are reached past any proxy, as {@code NO_PROXY} says it: names, which stand for all
 * below them too ({@code example.com}, {@code .example.com}), addresses, ranges of addresses
 * ({@code 10.0.0.0/8}), each with a port if only that is meant, and {@code *} for all. The machine
 * itself is always among them. No name is looked up for this.
 */
public final class DirectHosts {
    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    private static final Pattern WITH_PORT =
            Pattern.compile("(?:\\[([^\\]]+)\\]|([^:]+))(?::([0-9]{1,5}))?");
    private static final Pattern SEPARATOR = Pattern.compile("[,\\s]+");

    /** Nothing is said: the machine itself alone. */
    public static final DirectHosts OF_MACHINE = parse("");

    private final List<Entry> entries;

    private DirectHosts(List<Entry> entries) {
        this.entries = entries;
    }

    private sealed interface Entry {
        boolean means(String host, Optional<InetAddress> address, int port);

        record All() implements Entry {
            @Override
            public boolean means(String host, Optional<InetAddress> address, int port) {
                return true;
            }
        }

        record Name(String name, Optional<Integer> only) implements Entry {
            @Override
            public boolean means(String host, Optional<InetAddress> address, int port) {
                return (host.equals(name) || host.endsWith("." + name))
                        && only.map(one -> one == port).orElse(true);
            }
        }

        record Range(InetAddress from, int bits, Optional<Integer> only) implements Entry {
            @Override
            public boolean means(String host, Optional<InetAddress> address, int port) {
                return address.filter(this::contains).isPresent()
                        && only.map(one -> one == port).orElse(true);
            }

            private boolean contains(InetAddress address) {
                byte[] one = address.getAddress();
                byte[] other = from.getAddress();
                int shift = other.length * Byte.SIZE - bits;
                return one.length == other.length
                        && new BigInteger(1, one)
                                .shiftRight(shift)
                                .equals(new BigInteger(1, other).shiftRight(shift));
            }
        }
    }

    /** Reads the list; what cannot be meant is passed over, as other programs do. */
    public static DirectHosts parse(String text) {
        List<Entry> entries = new ArrayList<>();
        for (String word : SEPARATOR.split(text.strip(), -1)) {
            if (!word.isEmpty()) {
                entry(word.toLowerCase(Locale.ROOT)).ifPresent(entries::add);
            }
        }
        return new DirectHosts(List.copyOf(entries));
    }

    private static Optional<Entry> entry(String word) {
        if (word.equals("*")) {
            return Optional.of(new Entry.All());
        }
        int slash = word.indexOf('/');
        if (slash > 0) {
            return address(word.substring(0, slash))
                    .flatMap(from -> range(from, word.substring(slash + 1)));
        }
        // In brackets a port may follow.
        Optional<InetAddress> whole = word.startsWith("[") ? Optional.empty() : address(word);
        if (whole.isPresent()) {
            return Optional.of(one(whole.get(), Optional.empty()));
        }
        Matcher parts = WITH_PORT.matcher(word);
        if (!parts.matches()) {
            return Optional.empty();
        }
        Optional<Integer> port = Optional.ofNullable(parts.group(3)).map(Integer::valueOf);
        String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
        return address(host)
                .map(literal -> one(literal, port))
                .or(() -> Optional.of(new Entry.Name(host.replaceFirst("^\\*?\\.", ""), port)));
    }

    private static Entry one(InetAddress address, Optional<Integer> port) {
        return new Entry.Range(address, address.getAddress().length * Byte.SIZE, port);
    }

    private static Optional<Entry> range(InetAddress from, String bits) {
        int most = from.getAddress().length * Byte.SIZE;
        return Optional.of(bits)
                .filter(text -> text.matches("[0-9]{1,3}"))
                .map(Integer::valueOf)
                .filter(number -> number <= most)
                .map(number -> new Entry.Range(from, number, Optional.empty()));
    }

    private static Optional<InetAddress> address(String text) {
        String bare = text.startsWith("[") ? text.replaceAll("[\\[\\]]", "") : text;
        if (!LITERAL.matcher(bare).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(bare));
        } catch (IllegalArgumentException noAddress) {
            return Optional.empty();
        }
    }

    /** Whether this server is reached directly. */
    public boolean contains(URI server) {
        String host = server.getHost().toLowerCase(Locale.ROOT);
        Optional<InetAddress> address = address(host);
        if (host.equals("localhost")
                || address.filter(InetAddress::isLoopbackAddress).isPresent()) {
            return true;
        }
        int port = ServerUrl.port(server);
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        return entries.stream().anyMatch(entry -> entry.means(name, address, port));
    }
}
