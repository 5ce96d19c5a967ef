package com.example.catalogue;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.UniqueConstraint;
import java.math.BigDecimal;

@Entity
@Table(uniqueConstraints = @UniqueConstraint(columnNames = {"tenant", "currency", "sku"}))
public class Price {
    @Id
    @GeneratedValue
    private Long id;

    private String tenant;
    private String currency;
    private String sku;

    @Column(precision = 12, scale = 2)
    private BigDecimal amount;

    protected Price() {}

    public Price(String tenant, String currency, String sku) {
        this.tenant = tenant;
        this.currency = currency;
        this.sku = sku;
    }

    public String getSku() {
        return sku;
    }

    public BigDecimal getAmount() {
        return amount;
    }

    public void setAmount(BigDecimal amount) {
        this.amount = amount;
    }
}
