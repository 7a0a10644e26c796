// Memory for the record buffers of TLS: an idle connection has none (16 KB instead of 50), so each
// request takes two of 16 KB and gives them back. The allocator would join and split its free
// memory each time; here a thread keeps the few that it uses over and over.
//
// Room net. Thread rule: once, from main(), before anything uses OpenSSL and before any other
// thread. Whoever calls it from then on owns OpenSSL's memory functions in this process.
#pragma once

namespace berth::net {

// False when OpenSSL has been used already: then everything stays as it is.
bool keep_tls_buffers();

}  // namespace berth::net
