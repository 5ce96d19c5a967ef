package stock_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"example.com/shop/checkout/internal/stock"
)

// answering gives a client whose stock service answers with these statuses, one after the other.
func answering(t *testing.T, statuses ...int) (*stock.Client, *[]*http.Request) {
	t.Helper()
	var seen []*http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r)
		w.WriteHeader(statuses[min(len(seen), len(statuses))-1])
	}))
	t.Cleanup(server.Close)
	return stock.NewClient(server.URL, server.Client()), &seen
}
