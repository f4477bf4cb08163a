package syntax

import "testing"

func TestHide(t *testing.T) {
	for src, want := range map[string]string{
		`print 'a'`: `print 'a'`,
		`evaluate mysql_request('Server=x;' h'Pwd=y;' H@"z""z", 'h') // h'kept'`: `evaluate mysql_request('Server=x;' h'****' h'****', 'h') // h'kept'`,
		"print h```a\nb```, hour, h'open":                                        "print h'****', hour, h'****'",
		`h`:                                                                      `h`,
	} {
		if got := Hide(src); got != want {
			t.Errorf("%s\n got %s\nwant %s", src, got, want)
		}
	}
}
