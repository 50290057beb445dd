# What two clones of one snapshot must not have in common, drawn once in INIT, too.
require "openssl"
require "securerandom"
require "socket"
require "tmpdir"

def draw
  {
    "rand" => rand.to_s, "random" => Random.rand.to_s, "bytes" => Random.bytes(16).unpack1("H*"), "seed" => Random.new_seed.to_s,
    "shuffle" => (1..30).to_a.shuffle.join(","), "new random" => Random.new.rand.to_s, "urandom" => Random.urandom(16).unpack1("H*"),
    "hex" => SecureRandom.hex, "uuid" => SecureRandom.uuid, "openssl" => OpenSSL::Random.random_bytes(16).unpack1("H*"),
    "key" => OpenSSL::PKey::EC.generate("prime256v1").to_pem, "kernel" => File.read("/proc/sys/kernel/random/uuid").strip,
    "temporary" => Dir::Tmpname.create("t") { |path| path }
  }
end

def names
  {
    "hostname" => Socket.gethostname, "machine" => File.read("/etc/machine-id").strip,
    "boot" => File.read("/proc/sys/kernel/random/boot_id").strip, "mac" => File.read("/sys/class/net/eth0/address").strip,
    "stream" => ENV.fetch("AWS_LAMBDA_LOG_STREAM_NAME", "none")
  }
end

EARLY = draw.merge(names)
$last = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)

def handler(event:, context:)
  now = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
  ordered = now >= $last
  $last = now
  drawn = draw
  own = names
  drawn["request"] = context.aws_request_id
  stale = EARLY.select { |name, value| drawn.merge(own)[name] == value }.keys
  stale << "stream of the context" if context.log_stream_name != own["stream"]
  { drawn: drawn, names: own, stale: stale, ordered: ordered, seconds: Time.now.to_f }
end
