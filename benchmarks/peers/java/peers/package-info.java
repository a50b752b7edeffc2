/** The job itself, shared by the peers that run on a JVM; a peer adds only its framework. */
package peers;
