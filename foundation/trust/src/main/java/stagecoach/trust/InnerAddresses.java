package stagecoach.trust;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How far inside an address is. A feed may lead further out, but not further in than it is itself:
 * else whoever answers for it could have this server ask what only this server can reach. Whom the
 * gateway dials may be anywhere inside, but not where no machine of anybody is.
 */
public enum InnerAddresses {
    /** Anybody's. */
    WORLD("of the world"),
    /** Of a private network. */
    NETWORK("of a private network"),
    /** Of this machine, or of the link that it is at, where clouds tell machines their secrets. */
    MACHINE("of this machine or its link");

    /** By which the machines of some clouds ask what clouds tell machines. */
    private static final Set<InetAddress> OF_CLOUDS =
            Stream.of(
                            "168.63.129.16", // Azure
                            "192.0.0.192", // Oracle
                            "100.100.100.200", // Alibaba
                            "fd00:ec2::254", // Amazon
                            "fd20:ce::254") // Google
                    .map(InetAddress::ofLiteral)
                    .collect(Collectors.toUnmodifiableSet());

    /**
     * Addresses of the sixth version that lead to one of the fourth, in the last four bytes: by a
     * translator (RFC 6052, RFC 8215 and RFC 2765), or as one that is compatible (RFC 4291); or
     * behind the first two: by a tunnel (RFC 3056).
     */
    private static final Pattern EMBEDDED =
            Pattern.compile(
                    "(?:0064ff9b0{16}|0064ff9b0001[0-9a-f]{12}|0{16}ffff0000|0{24})([0-9a-f]{8})"
                            + "|2002([0-9a-f]{8})[0-9a-f]{20}");

    private final String words;

    InnerAddresses(String words) {
        this.words = words;
    }

    /** As people call it. */
    public String words() {
        return words;
    }

    /** Where an address is, or where the one is that it leads to. */
    public static InnerAddresses of(InetAddress address) {
        InnerAddresses here = at(address);
        return embedded(address)
                .map(InnerAddresses::of)
                .filter(there -> there.compareTo(here) > 0)
                .orElse(here);
    }

    /**
     * Whether a machine of one's own may be there: not at the addresses of a link, by which clouds
     * tell machines their secrets, nor at those of nobody or of many.
     */
    public static boolean isOfOneMachine(InetAddress address) {
        return !isOfLinkOrCloud(address)
                && embedded(address).filter(InnerAddresses::isOfLinkOrCloud).isEmpty();
    }

    private static boolean isOfLinkOrCloud(InetAddress address) {
        return address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isMulticastAddress()
                || OF_CLOUDS.contains(address);
    }

    private static InnerAddresses at(InetAddress address) {
        if (address.isLoopbackAddress() || isOfLinkOrCloud(address)) {
            return MACHINE;
        }
        return address.isSiteLocalAddress() || isShared(address) || isUniqueLocal(address)
                ? NETWORK
                : WORLD;
    }

    private static Optional<InetAddress> embedded(InetAddress address) {
        Matcher six = EMBEDDED.matcher(HexFormat.of().formatHex(address.getAddress()));
        if (!six.matches()) {
            return Optional.empty();
        }
        String four = six.group(1) == null ? six.group(2) : six.group(1);
        try {
            return Optional.of(InetAddress.getByAddress(HexFormat.of().parseHex(four)));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    /** {@code 100.64.0.0/10} (RFC 6598), of carriers and clouds. */
    private static boolean isShared(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address && bytes[0] == 100 && (bytes[1] & 0xC0) == 0x40;
    }

    /** {@code fc00::/7} (RFC 4193). */
    private static boolean isUniqueLocal(InetAddress address) {
        return address instanceof Inet6Address && (address.getAddress()[0] & 0xFE) == 0xFC;
    }
}
