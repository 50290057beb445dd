package thaw.agent;

/**
 * IPv4 configuration of the guest's NIC.
 *
 * @param address dotted quad
 * @param prefixLength of the subnet
 * @param gateway dotted quad of the default route
 * @param resolver dotted quad for /etc/resolv.conf
 */
public record GuestNetwork(String address, int prefixLength, String gateway, String resolver) {}
