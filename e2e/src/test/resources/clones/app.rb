# What two clones of one snapshot must not have in common, drawn once in INIT, too.
require "openssl"
require "securerandom"
require "socket"

def draw
  {
    "rand" => rand.to_s, "shuffle" => (1..30).to_a.shuffle.join(","), "seed" => Random.new_seed.to_s,
    "new random" => Random.new.rand.to_s, "hex" => SecureRandom.hex, "uuid" => SecureRandom.uuid,
    "openssl" => OpenSSL::Random.random_bytes(16).unpack1("H*"), "key" => OpenSSL::PKey::EC.generate("prime256v1").to_pem,
    "kernel" => File.read("/proc/sys/kernel/random/uuid").strip, "hostname" => Socket.gethostname,
    "machine" => File.read("/etc/machine-id").strip, "boot" => File.read("/proc/sys/kernel/random/boot_id").strip,
    "mac" => File.read("/sys/class/net/eth0/address").strip
  }
end

EARLY = draw
$last = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)

def handler(event:, context:)
  now = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
  ordered = now >= $last
  $last = now
  unique = draw
  unique["stream"] = context.log_stream_name
  unique["request"] = context.aws_request_id
  stale = EARLY.select { |name, value| unique[name] == value }.keys
  { unique: unique, stale: stale, ordered: ordered, seconds: Time.now.to_f }
end
