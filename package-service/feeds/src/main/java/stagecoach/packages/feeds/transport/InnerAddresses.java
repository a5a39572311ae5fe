package stagecoach.packages.feeds.transport;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * How far inside an address is. A feed may lead further out, but not further in than it is itself:
 * else whoever answers for it could have this server ask what only this server can reach.
 */
enum InnerAddresses {
    /** Anybody's. */
    WORLD("of the world"),
    /** Of a private network. */
    NETWORK("of a private network"),
    /** Of this machine, or of the link that it is at, where clouds tell machines their secrets. */
    MACHINE("of this machine or its link");

    private final String words;

    InnerAddresses(String words) {
        this.words = words;
    }

    /** As people call it. */
    String words() {
        return words;
    }

    /** Where an address is. */
    static InnerAddresses of(InetAddress address) {
        if (address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isMulticastAddress()) {
            return MACHINE;
        }
        return address.isSiteLocalAddress() || isShared(address) || isUniqueLocal(address)
                ? NETWORK
                : WORLD;
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
