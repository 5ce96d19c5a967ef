package checkout

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/shop/checkout/internal/stock"
)

type line struct {
	SKU   string `json:"sku"`
	Count int    `json:"count"`
}

// Routes serves checkouts. The caller's deadline is two seconds, set by the gateway.
func Routes(pool *pgxpool.Pool, client *stock.Client) http.Handler {
	router := chi.NewRouter()
	router.Post("/{id}/reservation", func(w http.ResponseWriter, r *http.Request) {
		var wanted line
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(&wanted); err != nil {
			problem(w, http.StatusBadRequest, "bad_request")
			return
		}
		err := client.Reserve(r.Context(), chi.URLParam(r, "id"), wanted.SKU, wanted.Count)
		switch {
		case errors.Is(err, stock.ErrOutOfStock):
			problem(w, http.StatusConflict, "out_of_stock")
		case err != nil:
			problem(w, http.StatusServiceUnavailable, "stock_unavailable")
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	})
	return router
}

func problem(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"code": code})
}
