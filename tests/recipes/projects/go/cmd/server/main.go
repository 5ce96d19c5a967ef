package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/shop/checkout/internal/checkout"
	"example.com/shop/checkout/internal/stock"
)

func main() {
	pool, err := pgxpool.New(context.Background(), os.Getenv("DATABASE_URL"))
	if err != nil {
		slog.Error("database", "error", err)
		os.Exit(1)
	}
	client := stock.NewClient(os.Getenv("STOCK_URL"), http.DefaultClient)
	router := chi.NewRouter()
	router.Mount("/v1/checkouts", checkout.Routes(pool, client))
	slog.Info("listening", "address", ":8080")
	if err := http.ListenAndServe(":8080", router); err != nil {
		slog.Error("server", "error", err)
		os.Exit(1)
	}
}
