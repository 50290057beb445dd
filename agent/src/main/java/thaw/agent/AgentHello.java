package thaw.agent;

/**
 * The agent's greeting.
 *
 * @param protocolVersion version of docs/agent-protocol.md it speaks
 * @param build what the agent was built from, as recorded in the guest image
 */
public record AgentHello(int protocolVersion, String build) {}
