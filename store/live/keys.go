package live

import (
	"crypto/sha256"
	"encoding/hex"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/jawort/jawort/approval"
)

func partitionTag(partition int) string {
	return "{jw:" + strconv.FormatInt(int64(partition), 16) + "}:"
}

// recordPrefix followed by an approval's id is the key of its record.
func recordPrefix(partition int) string { return partitionTag(partition) + "apr:" }

func recordKey(partition int, id string) string { return recordPrefix(partition) + id }

// indexKey is the sorted set of an account's pending approvals, by creation.
func indexKey(account string) string {
	return partitionTag(approval.PartitionOf(account)) + "acc:" + account
}

// dueKey is the sorted set of a partition's approvals, by when somebody has to look at them.
func dueKey(partition int) string { return partitionTag(partition) + "due" }

func pushKey(partition int) string { return partitionTag(partition) + "push" }

// pushesKey is the sorted set of when an account's phones were woken without success; lua/pushes.lua.
func pushesKey(account string) string {
	return partitionTag(approval.PartitionOf(account)) + "pushes:" + account
}

// deniesKey is the hash of an account's denies in a row and the pause that they caused; lua/pushes.lua.
func deniesKey(account string) string {
	return partitionTag(approval.PartitionOf(account)) + "denies:" + account
}

// idempotencyKey hashes the key as the caller chose it: it may be long, and it may say something about a person.
func idempotencyKey(application, account, key string) string {
	sum := sha256.Sum256([]byte(key))
	return partitionTag(approval.PartitionOf(account)) + "idem:" + application + ":" + account + ":" + hex.EncodeToString(sum[:])
}

// testPushKey is when an installation was last sent a test push.
func testPushKey(installation string) string {
	return partitionTag(approval.PartitionOf(installation)) + "test:" + installation
}

// figuresKey is the hash of what all processes counted in the bucket that begins at a time. All of them are in one slot, so that many are read at once.
func figuresKey(at time.Time) string { return "{jw:figures}:" + strconv.FormatInt(at.Unix(), 10) }

// pushBell is the channel that tells the push queue's readers that there is work.
const pushBell = "jw:push"

const wakeChannels = 16

func wakeChannel(topic string) string {
	h := fnv.New32a()
	h.Write([]byte(topic))
	return wakeChannelName(int(h.Sum32() % wakeChannels))
}

func wakeChannelName(n int) string { return "jw:wake:" + strconv.FormatInt(int64(n), 16) }
