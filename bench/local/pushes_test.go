package local

import (
	"maps"
	"strings"
	"testing"
)

func TestTheGatewaysLogTellsHowEachPushJobEnded(t *testing.T) {
	t.Parallel()
	log := `{"level":"DEBUG","msg":"push job ended","approval":"apr_1","installation":"ins_1","kind":"approval","result":"expired"}
{"level":"INFO","msg":"push failed","approval":"apr_2","installation":"ins_1","kind":"approval","result":"given_up","reason":"x"}
{"level":"DEBUG","msg":"push job ended","approval":"apr_3","installation":"ins_1","kind":"approval","result":"accepted"}
{"level":"DEBUG","msg":"push job ended","approval":"apr_4","installation":"ins_1","kind":"withdrawn","result":"expired"}
{"level":"DEBUG","msg":"push job ended","approval":"apr_5","installation":"ins_other","kind":"approval","result":"expired"}
{"level":"DEBUG","msg":"push attempt failed","approval":"apr_6","installation":"ins_1","kind":"approval","reason":"x"}
{"level":"DEBUG","msg":"push job ended","approval":"apr_7","install`
	got, err := pushesEnded(strings.NewReader(log), map[string][]string{"ins_1": {"dev_1", "dev_2"}})
	want := map[PushJob]string{{"apr_1", "dev_1"}: "expired", {"apr_1", "dev_2"}: "expired", {"apr_2", "dev_1"}: "given_up", {"apr_2", "dev_2"}: "given_up"}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}
